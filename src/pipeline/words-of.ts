/**
 * All that is known here of why something failed, with what tools and servers said: to be judged by and to be logged on this host, and never to be told
 * beyond it.
 */
export function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!words.some((earlier) => earlier.includes(String(cause.message)))) words.push(cause.message);
  }
  return words.join('; ');
}
