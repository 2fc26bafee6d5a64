/** Reads JSON. Throws an Error that, unlike the one it comes from, repeats nothing of the text: messages go where data must not. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(text.trim() === '' ? 'it is empty' : 'it is no JSON');
  }
}
