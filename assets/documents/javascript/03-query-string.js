// Reads and writes the part of an address behind the question mark.

export function parseQuery(text) {
  const result = {};
  const query = text.startsWith("?") ? text.slice(1) : text;
  if (query === "") {
    return result;
  }
  for (const pair of query.split("&")) {
    const [name, value = ""] = pair.split("=").map(decodeURIComponent);
    if (name in result) {
      result[name] = [].concat(result[name], value);
    } else {
      result[name] = value;
    }
  }
  return result;
}

export function formatQuery(params) {
  const pairs = [];
  for (const [name, value] of Object.entries(params)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(one)}`);
    }
  }
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}
