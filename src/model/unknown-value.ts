/*
 * Looking into values that anybody may have sent, where there is no zod: in workflows, and before a schema is known.
 */

/** undefined where there is no such property, or nothing that could have one. Never throws. */
export function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** A property that is a text of at most `longest` characters. */
export function textIn(value: unknown, name: string, longest = Number.POSITIVE_INFINITY): string | undefined {
  const text = propertyOf(value, name);
  return typeof text === 'string' && text.length <= longest ? text : undefined;
}
