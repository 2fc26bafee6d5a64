const mebibyte = 2 ** 20;

/** What a provider allows, in bytes; each provider of S3 has its own numbers. */
export interface PartLimits {
  /** Size of the first parts. */
  readonly firstPart: number;
  readonly maxParts: number;
  readonly maxObject: number;
}

export const smallestPart = 5 * mebibyte;
export const largestPart = 5 * 1024 * mebibyte;

/** The sizes of an upload's parts. Each is a whole number of MiB. */
export interface PartSchedule {
  /** The most bytes that an upload can hold. */
  readonly reach: number;
  /** Size of the part that follows when `sent` bytes are in earlier parts. */
  sizeAfter(sent: number): number;
}

/**
 * Parts that grow in proportion to what has been sent: a part is `firstPart` at least, and at least a fixed share of all before it. The
 * share is the smallest with which `maxObject` fits into `maxParts`, so parts stay as small as they can for an object of any size (a
 * 100 GiB object in 10,000 parts ends with parts of 65 MiB, one of 5 TiB with 3.3 GiB).
 * Where even the largest parts are too few (1,000 parts), the reach is four fifths of what they could hold: more would need huge parts
 * from the start.
 */
export function partSchedule(limits: PartLimits): PartSchedule {
  const firstPart = wholeMebibytes(Math.min(largestPart, Math.max(smallestPart, limits.firstPart)));
  const goal = Math.min(limits.maxObject, Math.max(limits.maxParts * firstPart, limits.maxParts * largestPart * 0.8));
  let [low, high] = [0, 1];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (capacity(firstPart, middle, limits.maxParts, goal) >= goal) high = middle;
    else low = middle;
  }
  const share = capacity(firstPart, 0, limits.maxParts, goal) >= goal ? 0 : high;
  return { reach: goal, sizeAfter: (sent) => sizeOf(firstPart, share, sent) };
}

function sizeOf(firstPart: number, share: number, sent: number): number {
  return Math.min(largestPart, Math.max(firstPart, wholeMebibytes(sent * share)));
}

/** What `parts` parts hold together; stops counting at `enough`. */
function capacity(firstPart: number, share: number, parts: number, enough: number): number {
  let sent = 0;
  for (let part = 0; part < parts && sent < enough; part++) sent += sizeOf(firstPart, share, sent);
  return sent;
}

function wholeMebibytes(bytes: number): number {
  return Math.ceil(bytes / mebibyte) * mebibyte;
}
