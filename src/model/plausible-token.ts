/** A token is the moment at which it was given, or a little more; clocks of two hosts differ by less than this, in milliseconds. */
export const tokenLead = 86_400_000;

/**
 * Whether a mutex can have given this token by now. One that came from elsewhere must not be obeyed: every later hold would be refused. Within the lead it
 * does no lasting harm, since tokens grow with the clock.
 */
export function isPlausible(token: unknown, now: number): token is number {
  return typeof token === 'number' && Number.isSafeInteger(token) && token >= 0 && token <= now + tokenLead;
}
