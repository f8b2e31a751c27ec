import {expect} from 'chai'

import {BrmcError} from '../../src/errors.js'
import {renderTemplate} from '../../src/tree/render.js'
/** Whatever an escaper between model and file would touch. */
const SHARP = '<&"\'$`>'


describe('renderTemplate', () => {
  it('prints text and numbers as they are', () => {
    expect(renderTemplate('a <%= text %>\nb <%= number %>\n', {text: SHARP, number: 0}, 'x.ejs')).to.equal(`a ${SHARP}\nb 0\n`)
  })

  it('loops, and -%> takes the line end along', () => {
    const template = '<% for (const vif of vifs) { -%>\nphyint <%= vif.name %> enable\n<% } -%>\nend\n'
    expect(renderTemplate(template, {vifs: [{name: 'wlan0'}, {name: 'usb0'}]}, 'x.ejs')).to.equal('phyint wlan0 enable\nphyint usb0 enable\nend\n')
  })

  it('keeps a literal percent sign and backslashes', () => {
    expect(renderTemplate('100% \\n $HOME\n', {}, 'x.ejs')).to.equal('100% \\n $HOME\n')
  })

  const holes: [string, string, Record<string, unknown>, RegExp][] = [
    ['undefined', 'a\nb <%= vif.name %>\n', {vif: {}}, /conf\.ejs:2: <%= takes text and numbers, not undefined/],
    ['null', '<%= x %>', {x: null}, /conf\.ejs:1: .*not null/],
    ['an object', '<%= x %>', {x: {}}, /conf\.ejs:1: .*not object/],
    ['a boolean', '<%= x %>', {x: true}, /conf\.ejs:1: .*not boolean/],
    ['NaN', '<%= x %>', {x: Number.NaN}, /conf\.ejs:1: .*not NaN/],
    ['an unknown name', 'a\nb\n<%= missing %>', {}, /conf\.ejs:3: missing is not defined/],
    ['an unknown name that Object.prototype has', '<%= constructor %>', {}, /conf\.ejs:1: /],
    ['include', "<%= include('other') %>", {}, /conf\.ejs:1: include is not a function/],
    ['a tag that prints unchecked', 'a\n<%- x %>', {x: 'y'}, /conf\.ejs:2: <%- prints unchecked/],
    ['a tag that is not closed', '<%= x', {x: 'y'}, /conf\.ejs: /],
    ['broken JavaScript', '<% for ( { %>', {}, /conf\.ejs: /],
  ]
  for (const [title, template, model, message] of holes) {
    it(`refuses ${title}, with file and line`, () => {
      expect(() => renderTemplate(template, model, 'conf.ejs')).to.throw(BrmcError, message).with.property('code', 'INTERNAL')
    })
  }
})
