import type { ErrorCode } from 'yaml';

/** What is wrong with the text, in our own words: the parser's messages quote the file, and so perhaps a secret. */
export const yamlMessages: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot carry an anchor or a tag',
  BAD_ALIAS: 'an alias (*name) stands before its anchor (&name), or has none; quote the text if it begins with *',
  BAD_DIRECTIVE: 'a line that begins with % is no directive known here',
  BAD_DQ_ESCAPE: 'a double-quoted text has an unknown escape after a backslash; single quotes take it as it is',
  BAD_INDENT: 'the indentation fits neither the line above nor its parent',
  BAD_PROP_ORDER: 'an anchor or a tag stands in the wrong place',
  BAD_SCALAR_START: 'a text cannot begin with this character; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a list or a mapping cannot begin on this line',
  BLOCK_IN_FLOW: 'a list by dashes or a mapping by lines cannot stand inside [ ] or { }',
  DUPLICATE_KEY: 'the key is given twice',
  IMPOSSIBLE: 'the text cannot be read here',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a character is missing: a colon with a space after it, a comma, or a closing quote or bracket',
  MULTILINE_IMPLICIT_KEY: 'a key runs over several lines; a colon with a space after it is missing',
  MULTIPLE_ANCHORS: 'a value carries two anchors',
  MULTIPLE_DOCS: 'a second document begins here (---); the file holds one',
  MULTIPLE_TAGS: 'a value carries two tags',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'aliases multiply too far',
  TAB_AS_INDENT: 'a tab indents this line; use spaces',
  TAG_RESOLVE_FAILED: 'a tag (!name) is not known here; quote the text if it begins with !',
  UNEXPECTED_TOKEN: 'something stands here that does not belong',
  BAD_COLLECTION_TYPE: 'a tag does not fit what it stands before',
};
