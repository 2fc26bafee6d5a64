/** `${env:NAME}` or `${file:PATH}`: where a secret is, in place of the secret. */
export const secretReferenceShape = /^\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:\/[^}]+)\}$/;

/** For texts that may be plain or a reference. */
export function isSecretReference(text: string): boolean {
  return secretReferenceShape.test(text);
}
