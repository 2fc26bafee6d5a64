/** For servers written in Go that live for minutes: their collector cost a fifth of their time, and memory is there. */
export const goEnvironment = { GOGC: '400' };
