/**
 * Words for the error codes of package yaml: its own messages quote the source, which may be a secret.
 * [what is wrong, what to do]
 */
const words: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  BAD_ALIAS: ['this alias is not well-formed', 'write *name, with nothing else'],
  BAD_DIRECTIVE: ['this % directive is unknown', 'remove the line: brmc needs none'],
  BAD_DQ_ESCAPE: ['in double quotes a backslash starts an escape, and this one is unknown', 'write \\\\ for a backslash, or use single quotes'],
  BAD_INDENT: ['the indentation does not fit what stands above', 'indent entries of one map or list by the same number of spaces'],
  BAD_PROP_ORDER: ['a tag or anchor stands in the wrong place', 'write it directly before the value'],
  BAD_SCALAR_START: ['a value cannot start with this character unless it is quoted', "put the value in quotes: '…'"],
  BLOCK_AS_IMPLICIT_KEY: ['there is a second ": " here, or the line below is indented too far', "put a value that holds ': ' in quotes, or fix the indentation"],
  BLOCK_IN_FLOW: ['inside { } and [ ] entries are separated by commas', 'write {key: value, key: value}, or one key a line without braces'],
  DUPLICATE_KEY: ['this key was already given above, in the same map', 'keep one of the two'],
  KEY_OVER_1024_CHARS: ['a key has more than 1024 characters', 'a quote or a colon is probably missing'],
  MISSING_CHAR: ['a colon, a quote or a bracket is missing', 'keys end with ": "; what opens with a quote or bracket must close'],
  MULTILINE_IMPLICIT_KEY: ['a key must stand on one line', 'a colon is probably missing, or the indentation is wrong'],
  MULTIPLE_ANCHORS: ['there are two anchors on one value', 'keep one of the two'],
  MULTIPLE_DOCS: ['a second document starts here', 'one file describes one thing: remove the line ---'],
  MULTIPLE_TAGS: ['there are two tags on one value', 'remove both: brmc needs none'],
  NON_STRING_KEY: ['a key must be plain text', 'write key: value'],
  TAB_AS_INDENT: ['a tab is used as indentation', 'YAML takes spaces only: use two spaces'],
  TAG_RESOLVE_FAILED: ['this tag is unknown', "remove it; a value that starts with ! goes in quotes: '!…'"],
  UNEXPECTED_TOKEN: ['this does not belong here', 'look for a missing colon, quote, comma or bracket just before it'],
}

export function yamlErrorInWords(code: string): {message: string, fix: string} {
  const [message, fix] = words[code] ?? ['this is not well-formed YAML', 'compare it with the example that brmc init writes']
  return {message, fix}
}
