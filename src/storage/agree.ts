/**
 * Whether two pieces of JSON say the same wherever both say something: versions write keys that others do not know. Lists must have the same
 * length. `besides` are keys that may differ.
 */
export function agree(one: unknown, other: unknown, besides: readonly string[] = []): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, place) => agree(item, other[place], besides));
  if (!isRecord(one) || !isRecord(other)) return one === other;
  const common = Object.keys(one).filter((key) => one[key] !== undefined && other[key] !== undefined);
  return common.every((key) => besides.includes(key) || agree(one[key], other[key], besides));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
