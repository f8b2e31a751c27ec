import type {ScalarTag} from 'yaml'

/** What `!secret NAME` in a file is read as: a value that stands elsewhere. */
export class SecretReference {
  constructor(readonly name: string) {}

  /** As `brmc config show --json` has it. */
  toJSON(): string {
    return `!secret ${this.name}`
  }
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

export const isSecretName = (text: string): boolean => NAME.test(text)

export const secretTag: ScalarTag = {
  tag: '!secret',
  identify: value => value instanceof SecretReference,
  resolve: text => new SecretReference(text.trim()),
  stringify: ({value}) => value instanceof SecretReference ? value.name : '',
}

/** `wifi-lisbon` → `BRMC_SECRET_WIFI_LISBON`. */
export const secretVariable = (name: string): string => `BRMC_SECRET_${name.toUpperCase().replaceAll('-', '_')}`
