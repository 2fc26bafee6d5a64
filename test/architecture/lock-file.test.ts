import { readSource } from './sources';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readSource('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };

describe('the lock file', () => {
  // npm leaves out a platform's package that its registry does not have at that moment, and then `npm ci` refuses the file everywhere
  it('has the packages of every platform, not only of the one it was written on', () => {
    const wanted = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ at, name })),
    );
    expect(wanted.length).toBeGreaterThan(50);
    const missing = wanted.filter(({ at, name }) => !foldersAbove(at).some((folder) => `${folder}${name}` in packages));
    expect(missing).toEqual([]);
  });

  const { '': _project, ...others } = packages;

  it('holds every package to its hash, so that no registry can hand out anything else', () => {
    const unheld = Object.entries(others).filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity));
    expect(unheld.map(([at]) => at)).toEqual([]);
  });

  it('names no registry: packages come from the one that the machine is set to', () => {
    expect(Object.entries(others).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});

/** The node_modules folders where Node looks for what the package at `at` asks for. */
function foldersAbove(at: string): string[] {
  const parts = at.split('node_modules/').filter(Boolean);
  return parts
    .map((_, index) =>
      parts
        .slice(0, parts.length - index)
        .map((part) => `node_modules/${part.replace(/\/?$/, '/')}`)
        .join(''),
    )
    .map((folder) => `${folder}node_modules/`)
    .concat('node_modules/');
}
