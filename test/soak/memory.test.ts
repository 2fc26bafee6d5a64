import { type Life, memoryFigures } from '../../scripts/soak/memory';

const life = (length: number, mibAt: (second: number) => number): Life => ({
  pid: 1,
  samples: Array.from({ length }, (_, second) => mibAt(second)),
});

describe('the memory of a worker', () => {
  it('is told of its longest life, and is flat where it only goes up and down', () => {
    const figures = memoryFigures([life(50, () => 999), life(300, (second) => 200 + (second % 7))]);
    expect(figures).toMatchObject({ seconds: 280, flat: true });
    expect(figures.median).toBeGreaterThanOrEqual(200);
    expect(figures.median).toBeLessThan(207);
  });

  it('is not flat where it grows all the time, however slowly a second', () => {
    expect(memoryFigures([life(600, (second) => 150 + second / 4)])).toMatchObject({ flat: false });
  });

  it('is not blamed for what loading its code takes', () => {
    const figures = memoryFigures([life(300, (second) => Math.min(200, second * 20))]);
    expect(figures).toMatchObject({ start: 200, end: 200, flat: true });
  });

  it('is not judged by a life that was too short', () => {
    expect(memoryFigures([life(60, (second) => second * 100)]).flat).toBeUndefined();
    expect(memoryFigures([])).toMatchObject({ seconds: 0, flat: undefined });
  });
});
