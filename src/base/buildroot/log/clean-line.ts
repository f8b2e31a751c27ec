// ECMA-48 5.4: CSI sequences (bold of Buildroot's messages, colours of compilers) and OSC sequences (links of gcc's warnings).
// eslint cannot read control characters in a literal any better than people can.
const ESC = String.fromCharCode(27)
const BEL = String.fromCharCode(7)
const CSI = new RegExp(`${ESC}\\[[0-?]*[ -/]*[@-~]`, 'g')
const OSC = new RegExp(`${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)`, 'g')

/** What CI systems and `docker build` put before each line. */
const PREFIXES: readonly RegExp[] = [
  /^\uFEFF/,
  // GitHub Actions; GitLab with a stream's name (00O, 01E); Jenkins' Timestamper in brackets
  /^\[?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\]? (?:\d\d[OE][+ ])?/,
  // Jenkins' Timestamper, and ts(1) of moreutils
  /^\[?\d\d:\d\d:\d\d(?:\.\d+)?\]? +/,
  // docker build --progress=plain
  /^#\d+ \d+\.\d+ /,
  // crosstool-NG and docker in one: `1583.5 [ALL  ]    `
  /^\d+\.\d+ (?=\[(?:ALL|ERROR|WARN|INFO|EXTRA|DEBUG) *\])/,
  /^\[(?:ALL|ERROR|WARN|INFO|EXTRA|DEBUG) *\] {4}/,
]

/** Characters of a line that are looked at: a command line of libtool can have a hundred thousand. */
const LONGEST = 4000

/** A line of a log as Buildroot wrote it: no escape sequences, no prefix of a CI system, of a line overwritten with CR the last state. */
export function cleanLine(raw: string): string {
  const short = raw.length > LONGEST ? raw.slice(0, LONGEST) : raw
  const plain = short.includes(ESC) ? short.replaceAll(OSC, '').replaceAll(CSI, '') : short
  // Nothing of the kind begins with a letter or a blank, as most lines do.
  const line = (/^[^A-Za-z/ ]/.test(plain) ? PREFIXES.reduce((text, prefix) => text.replace(prefix, ''), plain) : plain).trimEnd()
  return line.slice(line.lastIndexOf('\r') + 1)
}
