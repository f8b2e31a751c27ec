'use strict'
// Asks for the page again and makes this one like it, node by node: nothing flickers, and what was marked or unfolded stays.
const like = (one, other) => {
  if (one.nodeName !== other.nodeName) return one.replaceWith(other)
  if (one.nodeType !== 1) {
    if (one.data !== other.data) one.data = other.data
    return
  }
  for (const {name} of [...one.attributes]) if (!other.hasAttribute(name)) one.removeAttribute(name)
  for (const {name, value} of other.attributes) if (one.getAttribute(name) !== value) one.setAttribute(name, value)
  const [old, now] = [[...one.childNodes], [...other.childNodes]]
  now.forEach((node, index) => old[index] ? like(old[index], node) : one.append(node))
  old.slice(now.length).forEach(node => node.remove())
}

let answered = Date.now()
let timer
const ask = async () => {
  clearTimeout(timer)
  try {
    const answer = await fetch('/', {cache: 'no-store', signal: AbortSignal.timeout(5000)})
    if (!answer.ok) throw new Error(answer.status)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    document.title = page.title
    like(document.body, page.body)
    answered = Date.now()
  } catch {
    document.body.classList.add('old')
    document.getElementById('answer').textContent = `The router has not answered for ${Math.round((Date.now() - answered) / 1000)} s.`
  }
  if (!document.hidden) timer = setTimeout(ask, document.body.className === 'waiting' ? 1000 : 2500)
}
document.addEventListener('visibilitychange', () => document.hidden || ask())
timer = setTimeout(ask, 1000)
