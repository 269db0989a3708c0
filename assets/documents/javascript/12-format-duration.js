const UNITS = [
  { name: "day", seconds: 86400 },
  { name: "hour", seconds: 3600 },
  { name: "minute", seconds: 60 },
  { name: "second", seconds: 1 },
];

/** Says a number of seconds in words: 3725 is "1 hour, 2 minutes and 5 seconds". */
export function formatDuration(total) {
  if (total === 0) {
    return "now";
  }
  const parts = [];
  let rest = Math.abs(Math.round(total));
  for (const { name, seconds } of UNITS) {
    const count = Math.floor(rest / seconds);
    if (count > 0) {
      parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
      rest -= count * seconds;
    }
  }
  const last = parts.pop();
  const text = parts.length > 0 ? `${parts.join(", ")} and ${last}` : last;
  return total < 0 ? `${text} ago` : text;
}

console.log(formatDuration(3725));
console.log(formatDuration(-90));
console.log(formatDuration(86400 * 2 + 1));
