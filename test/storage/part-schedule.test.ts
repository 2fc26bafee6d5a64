import { largestPart, partSchedule, smallestPart } from '../../src/storage/s3/part-schedule';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const TiB = 2 ** 40;

const providers = [
  { name: 'AWS with the defaults', firstPart: 16 * MiB, maxParts: 10_000, maxObject: 5 * TiB, reach: 5 * TiB },
  { name: 'the smallest parts', firstPart: 5 * MiB, maxParts: 10_000, maxObject: 5 * TiB, reach: 5 * TiB },
  { name: 'a first part below the minimum', firstPart: MiB, maxParts: 10_000, maxObject: 5 * TiB, reach: 5 * TiB },
  { name: 'a provider with 1,000 parts', firstPart: 16 * MiB, maxParts: 1_000, maxObject: 5 * TiB, reach: 3.9 * TiB },
  {
    name: '1,000 parts and smaller objects',
    firstPart: 16 * MiB,
    maxParts: 1_000,
    maxObject: 500 * GiB,
    reach: 500 * GiB,
  },
  { name: 'ten parts', firstPart: 5 * MiB, maxParts: 10, maxObject: 300 * MiB, reach: 300 * MiB },
  {
    name: 'parts that are large enough as they are',
    firstPart: GiB,
    maxParts: 10_000,
    maxObject: 5 * TiB,
    reach: 5 * TiB,
  },
];

/** The sizes of all parts of an object that is as large as can be. */
function allParts(limits: (typeof providers)[number]): number[] {
  const schedule = partSchedule(limits);
  const sizes: number[] = [];
  for (let sent = 0; sent < schedule.reach; sent += sizes.at(-1) ?? 0) sizes.push(schedule.sizeAfter(sent));
  return sizes;
}

describe.each(providers)('parts for $name', (limits) => {
  const sizes = allParts(limits);

  it('hold the largest object within the number of parts', () => {
    expect(partSchedule(limits).reach).toBeGreaterThanOrEqual(limits.reach);
    expect(sizes.length).toBeLessThanOrEqual(limits.maxParts);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(limits.reach);
  });

  it('stay within what S3 takes, and never shrink', () => {
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(smallestPart);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(largestPart);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes.every((size) => size % MiB === 0)).toBe(true);
  });
});

describe('the growth of parts', () => {
  const { sizeAfter } = partSchedule({ firstPart: 16 * MiB, maxParts: 10_000, maxObject: 5 * TiB });

  it('leaves them at their first size for 20 GiB, and in memory (32 MiB) for 48 GiB', () => {
    expect(sizeAfter(20 * GiB)).toBe(16 * MiB);
    expect(sizeAfter(48 * GiB)).toBeLessThanOrEqual(32 * MiB);
  });

  it('stays a small share of what was sent: what an upload stages is never more than a five-hundredth of it, thrice', () => {
    for (let sent = 100 * GiB; sent < 5 * TiB; sent *= 1.3) expect(sizeAfter(sent)).toBeLessThan(sent / 500);
    expect(sizeAfter(5 * TiB)).toBeLessThan(3.4 * GiB);
  });

  it('does not begin where parts of one size are enough', () => {
    const { sizeAfter: level } = partSchedule({ firstPart: 16 * MiB, maxParts: 10_000, maxObject: 100 * GiB });
    expect(level(99 * GiB)).toBe(16 * MiB);
  });
});
