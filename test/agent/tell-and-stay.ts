/** Says `mine` or how the attempt failed, and stays until it is killed: what a process of a test does that is to keep what it got. */
export async function tellAndStay(attempt: Promise<unknown>): Promise<void> {
  const said = await attempt.then(
    () => 'mine',
    (error: Error) => error.message,
  );
  process.stdout.write(`${said}\n`);
  setInterval(() => undefined, 60_000);
}
