/** The first circle of the graph as a path that ends where it begins, or undefined. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const walk = (at: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(at)) return [...trail.slice(trail.indexOf(at)), at];
    if (finished.has(at)) return undefined;
    for (const next of graph.get(at) ?? []) {
      const circle = walk(next, [...trail, at]);
      if (circle !== undefined) return circle;
    }
    finished.add(at);
    return undefined;
  };
  for (const start of graph.keys()) {
    const circle = walk(start, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
