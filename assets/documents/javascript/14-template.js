/**
 * Fills the places `{{name}}` of a template. A dotted name goes into nested
 * objects, and a filter behind a bar changes the value: `{{user.name | upper}}`.
 */
const filters = {
  upper: (value) => String(value).toUpperCase(),
  lower: (value) => String(value).toLowerCase(),
  money: (value) => Number(value).toFixed(2),
  list: (value) => value.join(", "),
};

function lookUp(data, path) {
  return path.split(".").reduce((value, key) => (value == null ? undefined : value[key]), data);
}

export function fill(template, data) {
  return template.replace(/\{\{([^}]+)\}\}/g, (whole, inside) => {
    const [path, ...names] = inside.split("|").map((part) => part.trim());
    let value = lookUp(data, path);
    if (value === undefined) {
      return whole;
    }
    for (const name of names) {
      if (!(name in filters)) {
        throw new Error(`unknown filter: ${name}`);
      }
      value = filters[name](value);
    }
    return String(value);
  });
}

const letter = "Dear {{user.name | upper}}, you owe us {{amount | money}} for {{things | list}}.";
console.log(fill(letter, { user: { name: "Ida" }, amount: 12.5, things: ["tea", "cake"] }));
