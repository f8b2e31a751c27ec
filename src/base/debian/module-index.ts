import type {KernelModules} from './kernel.js'

/** The text files that modprobe reads (modules.dep(5)); BusyBox needs no others. By name, each with its bytes as text. */
export function moduleIndexes(modules: KernelModules, folder: string): Record<'modules.dep' | 'modules.alias' | 'modules.softdep', string> {
  const sorted = [...modules].sort(([, a], [, b]) => a.path < b.path ? -1 : Number(a.path > b.path))
  const inFolder = (path: string) => path.slice(folder.length + 1)
  return {
    'modules.dep': lines(sorted.map(([name, {path}]) => {
      const needed = neededBy(name, modules).map(other => inFolder(modules.get(other)?.path ?? ''))
      return `${inFolder(path)}:${needed.map(file => ` ${file}`).join('')}`
    })),
    'modules.alias': lines(sorted.flatMap(([name, {info}]) => info.aliases.map(alias => `alias ${alias} ${name}`))),
    'modules.softdep': lines(sorted.flatMap(([name, {info: {softdeps}}]) => {
      const sides = (['pre', 'post'] as const).filter(side => softdeps[side].length > 0).map(side => `${side}: ${softdeps[side].join(' ')}`)
      return sides.length > 0 ? [`softdep ${name} ${sides.join(' ')}`] : []
    })),
  }
}

/** All that `name` needs, each before those it needs itself: modprobe loads the list from its end. */
function neededBy(name: string, modules: KernelModules): string[] {
  const order = new Set<string>()
  const visit = (at: string): void => {
    for (const need of modules.get(at)?.info.depends ?? []) {
      if (order.has(need) || !modules.has(need)) continue
      visit(need)
      order.add(need)
    }
  }
  visit(name)
  return [...order].reverse()
}

function lines(all: readonly string[]): string {
  return all.map(line => `${line}\n`).join('')
}
