import stylistic from '@stylistic/eslint-plugin'
import tseslint from 'typescript-eslint'

// Which part may import which: docs/architecture.md, held by test/architecture.test.ts.
// Pure files touch nothing outside; an effect file is known by the verb its name starts with, or sits in process/.
const EFFECT_FILES = ['src/**/{read,write,apply,run,boot,fetch,observe}-*.ts', 'src/process/**', 'src/commands/**', 'src/workflow/**', 'src/base-command.ts']

const effects = {
  paths: ['fs', 'node:fs', 'node:fs/promises', 'node:child_process', 'node:dgram', 'node:os', 'execa', 'listr2', '@oclif/core'].map(name => ({
    name,
    message: 'Pure files touch nothing outside: take the data as an argument, or name the file by its effect (docs/architecture.md).',
  })),
}

export default tseslint.config(
  {ignores: ['dist/', 'build/', 'node_modules/', 'test/golden/', 'br2-external/', 'board/', 'overlays/']},
  ...tseslint.configs.strictTypeChecked,
  {
    plugins: {'@stylistic': stylistic},
    languageOptions: {parserOptions: {projectService: {allowDefaultProject: ['*.config.js', 'bin/*.js', 'test/*.mjs']}, tsconfigRootDir: import.meta.dirname}},
    rules: {
      '@stylistic/semi': ['error', 'never'],
      '@stylistic/quotes': ['error', 'single', {avoidEscape: true}],
      '@stylistic/indent': ['error', 2, {SwitchCase: 1}],
      '@stylistic/object-curly-spacing': ['error', 'never'],
      '@stylistic/comma-dangle': ['error', 'always-multiline'],
      '@stylistic/arrow-parens': ['error', 'as-needed'],
      '@stylistic/eol-last': 'error',
      '@stylistic/no-trailing-spaces': 'error',
      '@stylistic/max-len': ['error', {code: 160, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreComments: true}],
      'max-lines': ['error', {max: 250, skipBlankLines: true, skipComments: true}],
      'max-lines-per-function': ['error', {max: 60, skipBlankLines: true, skipComments: true}],
      'max-params': ['error', 4],
      'prefer-const': 'error',
      'no-restricted-globals': ['error', {name: 'fetch', message: 'the network is an argument (process/web.ts)'}],
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: EFFECT_FILES,
    rules: {
      'no-restricted-imports': ['error', effects],
      'no-restricted-properties': ['error',
        {object: 'Date', property: 'now', message: 'Time is an argument.'},
        {object: 'Math', property: 'random', message: 'Randomness is an argument.'},
        {object: 'process', property: 'env', message: 'The environment is an argument.'}],
    },
  },
  // listr2 and oclif talk to the user: only commands and workflows do.
  {
    files: EFFECT_FILES,
    ignores: ['src/commands/**', 'src/workflow/**', 'src/base-command.ts'],
    rules: {'no-restricted-imports': ['error', {paths: ['listr2', '@oclif/core']}]},
  },
  {
    files: ['src/process/**'],
    rules: {'no-restricted-properties': 'off', 'no-restricted-globals': 'off'},
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/process/**'],
    rules: {'no-restricted-syntax': ['error', {selector: "ImportDeclaration[source.value='execa']", message: 'Only process/ starts programs.'}]},
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // chai's assertions are property reads; mocha's describe bodies are long by nature.
      '@typescript-eslint/no-unused-expressions': 'off',
      'max-lines-per-function': 'off',
      'max-lines': 'off',
    },
  },
  {files: ['*.config.js', 'bin/*.js', 'test/*.mjs'], ...tseslint.configs.disableTypeChecked},
)
