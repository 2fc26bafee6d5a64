/** What a tool is wanted for, by the major versions that it has to do with. */
export type Fit =
  /** Copies from a server: at least as new as that. */
  | { readonly kind: 'copies'; readonly server: number }
  /** Works on the very files of a server: of the same version. */
  | { readonly kind: 'same'; readonly server: number }
  /** Reads an archive: at least as new as the pg_dump that wrote it. */
  | { readonly kind: 'reads'; readonly dump: number }
  /** Reads an archive and loads it into a server. */
  | { readonly kind: 'loads'; readonly dump: number; readonly server: number }
  /** Gives a server commands that all versions know. */
  | { readonly kind: 'works'; readonly server: number };

/** Since this version pg_restore sets for its sessions what older servers do not know. */
export const setsMoreSince = 17;

/** Whether pg_restore of one version sets for its sessions what a server of another does not know. */
export function setsUnknown(tool: number, server: number): boolean {
  return tool >= setsMoreSince && server < setsMoreSince;
}

/** Of the versions that fit, best first. The nearest is the one whose ways the other side knows best: a newer pg_dump writes what older tools cannot read. */
export function inOrder(majors: readonly number[], fit: Fit): number[] {
  const fitting = majors.filter((major) => major >= leastFor(fit) && (fit.kind !== 'same' || major === fit.server));
  const wanted = wantedFor(fit);
  const strange = (major: number) => (fit.kind === 'loads' && setsUnknown(major, fit.server) ? 1 : 0);
  const far = (major: number) => Math.abs(major - wanted);
  return fitting.sort((a, b) => strange(a) - strange(b) || far(a) - far(b) || b - a);
}

/** The version that there is nothing better than. */
export function wantedFor(fit: Fit): number {
  if (fit.kind === 'reads') return fit.dump;
  return fit.kind === 'loads' ? Math.max(fit.dump, fit.server) : fit.server;
}

/** What is older does not fit. */
export function leastFor(fit: Fit): number {
  if (fit.kind === 'works') return 0;
  return fit.kind === 'reads' || fit.kind === 'loads' ? fit.dump : fit.server;
}

/** For people: why a version does not fit. */
export function whyNot(fit: Fit): string {
  if (fit.kind === 'reads' || fit.kind === 'loads') return `the dump was written by pg_dump ${fit.dump}`;
  return `the server is of version ${fit.server}`;
}
