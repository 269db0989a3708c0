/** Sorts the items into lists by what `keyOf` says about each of them. */
export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) {
      groups.set(key, []);
    }
    groups.get(key).push(item);
  }
  return groups;
}

/** How many items there are for each key, the most frequent key first. */
export function tally(items, keyOf = (item) => item) {
  const counts = [];
  for (const [key, group] of groupBy(items, keyOf)) {
    counts.push({ key, count: group.length });
  }
  return counts.sort((a, b) => b.count - a.count);
}

const words = "the cat and the dog and the bird".split(" ");
for (const { key, count } of tally(words)) {
  console.log(`${key}: ${count}`);
}
