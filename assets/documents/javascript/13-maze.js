const MAZE = [
  "#########",
  "#S..#...#",
  "##.##.#.#",
  "#.....#E#",
  "#########",
];

function find(maze, letter) {
  for (let y = 0; y < maze.length; y++) {
    const x = maze[y].indexOf(letter);
    if (x !== -1) {
      return { x, y };
    }
  }
  throw new Error(`there is no ${letter} in the maze`);
}

/** The number of steps on a shortest way from S to E, or -1. */
function solve(maze) {
  const start = find(maze, "S");
  const end = find(maze, "E");
  const seen = new Set([`${start.x},${start.y}`]);
  let front = [start];
  for (let steps = 0; front.length > 0; steps++) {
    const next = [];
    for (const { x, y } of front) {
      if (x === end.x && y === end.y) {
        return steps;
      }
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        const key = `${x + dx},${y + dy}`;
        if (maze[y + dy][x + dx] !== "#" && !seen.has(key)) {
          seen.add(key);
          next.push({ x: x + dx, y: y + dy });
        }
      }
    }
    front = next;
  }
  return -1;
}

console.log(solve(MAZE));
