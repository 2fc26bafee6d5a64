/** The workflow types that control workers serve; see `Workflows` in the activities' contract. */
export { backup } from './backup';
export { checkup } from './checkup';
export { dropPrevious } from './drop-previous';
export { restore } from './restore';
export { restoreMutex } from './restore-mutex';
export { restorePlan } from './restore-plan';
export { verify } from './verify';
