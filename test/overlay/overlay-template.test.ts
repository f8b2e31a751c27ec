import {execFileSync} from 'node:child_process'

import {expect} from 'chai'

import {renderOverlayTemplate} from '../../src/overlay/overlay-template.js'

const VALUES = {
  deployment: 'porto',
  system: {hostname: 'porto'},
  interfaces: {usb0: {address: ['10.2.0.1/24', 'fd02::1/64']}},
  values: {serial: '0042', count: 7, on: true, title: "it's $(reboot) `x` \"y\"", lines: 'one\ntwo', servers: ['a.example', 'b.example'], uplink: {name: 'north', metric: 3}},
}

/** What a template says, and what becomes of it. */
const RENDERED: readonly (readonly [title: string, template: string, text: string])[] = [
  ['text, numbers, true and false', '<%= values.serial %> <%= values.count %> <%= values.on %>', '0042 7 true'],
  ['the deployment and what its file says', '<%= deployment %> <%= system.hostname %> <%= interfaces.usb0.address[1] %>', 'porto porto fd02::1/64'],
  ['lists, without a line for the loop', '<% for (const server of values.servers) { -%>\nserver <%= server %>\n<% } -%>\n', 'server a.example\nserver b.example\n'],
  ['what may be there or not', "<% if (values.nothing === undefined) { -%>\nnone\n<% } -%>\n<%= values.nothing ?? 'plain' %>", 'none\nplain'],
  ['JSON of anything', '<%= json(values.uplink) %>', '{"name":"north","metric":3}'],
  ['a line as it is', '<%= line(values.title) %>', "it's $(reboot) `x` \"y\""],
  ['a comment, and tags that are none', '<%# not there %><%% kept %%>', '<% kept %>'],
  ['nothing at all', '', ''],
]

/** What is refused: in words, with the line. */
const REFUSED: readonly (readonly [title: string, template: string, line: number, problem: RegExp])[] = [
  ['text that a program may read as more', 'a\n<%= values.title %>', 2, /there is "'" in this text: write <%= sh\(…\) %> in a shell script/],
  ['two words', '<%= "a b" %>', 1, /there is a space/],
  ['several lines', '<%= line(values.lines) %>', 1, /line end/],
  ['several lines for a shell', '<%= sh(values.lines) %>', 1, /line end/],
  ['a list', '\n\n<%= interfaces.usb0.address %>', 3, /a list/],
  ['a map', '<%= values.uplink %>', 1, /a map/],
  ['a value that is not there', '<%= values.serail %>', 1, /no such value/],
  ['an interface that is not there', 'a\nb\n<%= interfaces.eth7.address %>', 3, /undefined/],
  ['a name that is not there', '<%= hostname %>', 1, /hostname is not defined/],
  ['what prints unchecked', 'x\n<%- values.title %>', 2, /<%- would print/],
  ['half a text that was written for a shell', '<%= sh(values.title) + values.serial %>', 1, /<%= %> of its own/],
  ['what is no JavaScript', 'a\nb <% for ( { %>\nc', 2, /Unexpected/],
  ['a tag without an end', 'a\n<%= b %>\n<% c', 3, /matching close tag/],
  ['another file', '<%= include("/etc/passwd") %>', 1, /include is not defined/],
  ['the clock', '<%= Date.now() %>', 1, /Date is not defined/],
  ['chance', '<%= Math.random() %>', 1, /not a function/],
  ['the language of this machine', '<%= (1234.5).toLocaleString() %>', 1, /not a function/],
  ['this process', '<%= process.version %>', 1, /process is not defined/],
  ['this process by way of a constructor', '<%= (() => 1).constructor("return process")().version %>', 1, /strings disallowed/],
  ['this process by way of a value', '<%= values.constructor.constructor("return process")().version %>', 1, /strings disallowed/],
  ['something left for the next template', '<% Array.prototype.left = 1 %>', 1, /not extensible/],
  ['something left in the global object', '<% globalThis.left = 1 %>', 1, /undefined/],
  ['more than a mebibyte', '<% for (let i = 0; i < 2000; i++) { %><%= "x".repeat(1000) %><% } %>', 1, /mebibyte/],
]

describe('templates of overlays', () => {
  for (const [title, template, text] of RENDERED) it(`print ${title}`, () => { expect(renderOverlayTemplate(template, VALUES)).to.deep.equal({text}) })

  for (const [title, template, line, problem] of REFUSED) {
    it(`refuse ${title}`, () => {
      const outcome = renderOverlayTemplate(template, VALUES)
      expect(outcome).to.include({line}).and.have.property('problem').that.matches(problem)
    })
  }

  it('end where a loop in them does not', function () {
    this.timeout(30_000)
    expect(renderOverlayTemplate('<% for (;;) {} %>', VALUES)).to.have.property('problem').that.includes('does a loop in it end?')
    expect(renderOverlayTemplate('fine', VALUES)).to.deep.equal({text: 'fine'})
  })

  it('write for a shell what the shell takes for that text', () => {
    for (const title of [VALUES.values.title, "'", '', '$HOME', '\\', '; reboot', '!x', '~', '* ?', '-n', 'é ü']) {
      const outcome = renderOverlayTemplate('printf %s <%= sh(values.title) %>', {values: {title}})
      expect('text' in outcome && execFileSync('dash', ['-c', outcome.text], {encoding: 'utf8'}), title).to.equal(title)
    }
  })

  it('have nothing of the templates before them', () => {
    renderOverlayTemplate('<% values.serial = "changed" %>', VALUES)
    expect(renderOverlayTemplate('<%= values.serial %>', VALUES)).to.deep.equal({text: '0042'})
  })
})
