/** A name of labels of ASCII, as messages have it (RFC 1035 §3.1). */
export function nameBytes(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])])
}

const TYPE_PTR = 12
const CLASS_IN = 1

/** Where does `name` lead? With what mDNS has in its header: no identifier, no wish for recursion (RFC 6762 §18). */
export function pointerQuestion(name: string): Buffer {
  return Buffer.concat([header({questions: 1}), nameBytes(name), words(TYPE_PTR, CLASS_IN)])
}

/** `name` leads to `target`, as a device announces it unasked. */
export function pointerAnswer(name: string, target: string): Buffer {
  const data = nameBytes(target)
  const secondsToLive = 120
  return Buffer.concat([header({flags: 0x8400, answers: 1}), nameBytes(name), words(TYPE_PTR, CLASS_IN, 0, secondsToLive, data.length), data])
}

const header = ({flags = 0, questions = 0, answers = 0}): Buffer => words(0, flags, questions, answers, 0, 0)

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) buffer.writeUInt16BE(value, index * 2)
  return buffer
}
