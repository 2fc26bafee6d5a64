/** For servers written in Go: they collect garbage less often, since processor time is what a run of tests lacks, and memory is there. */
export const goEnvironment = { GOGC: '2000', GOMEMLIMIT: '512MiB' };
