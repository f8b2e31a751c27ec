import type {TreeFile} from './template-set.js'

/** The same files as they come out without one secret; `files` is absent where nothing can stand for it. */
interface Counterpart {
  secret: string
  files?: readonly TreeFile[] | undefined
}

/** `files`, those of them that depend on a secret marked with its name: they come out different, or not at all, with another value in its place. */
export function withSecretsMarked(files: readonly TreeFile[], counterparts: readonly Counterpart[]): TreeFile[] {
  const others = counterparts.map(({secret, files: other}) => ({secret, contents: other && new Map(other.map(({path, content}) => [path, content]))}))
  return files.map(file => {
    const secrets = others.filter(({contents}) => contents?.get(file.path)?.equals(file.content) !== true).map(({secret}) => secret)
    return secrets.length === 0 ? file : {...file, secrets}
  })
}
