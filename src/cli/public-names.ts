/** The same value with its keys as all public names are: `jobId` becomes `job-id`. For values of ours, whose keys are not data. */
export function publicNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(publicNames);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      publicNames(inner),
    ]),
  );
}
