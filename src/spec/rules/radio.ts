import {boards} from '../../boards/boards.js'
import {is5GHz} from '../../network/channels.js'
import {isIn5GHz} from '../../network/rates.js'
import {accessPoints, type PlacedAccessPoint} from './access-points.js'
import type {Problem, Rule, RuleContext} from './rule.js'

/** Access points on the board's own radio, which brcmfmac drives; one that is bound to a card of its own may be any. */
function onBuiltInRadio(context: RuleContext): PlacedAccessPoint[] {
  const {radioFirmware} = boards[context.deployment.board]
  return radioFirmware.length === 0 ? [] : accessPoints(context).filter(({isBound}) => !isBound)
}

export const builtInRadioSpeaksWpa2: Rule = {
  id: 'N60',
  name: 'builtInRadioSpeaksWpa2',
  severity: 'warning',
  check: context => onBuiltInRadio(context).filter(({accessPoint: {security}}) => security !== 'wpa2').map(({accessPoint: {security}, path}): Problem => ({
    path: [...path, 'security'],
    message: `${security} on the board's own radio leaves SAE to its firmware, which few of its versions can do and hostapd before 2.11 does not know`,
    seen: 'others saw hostapd run and announce WPA3, and stations not come in (raspberrypi/linux #4718, #7358)',
    fix: 'choose security: wpa2, or put a radio on USB and give its mac, driver or place',
  })),
}

export const builtInRadioSendsToAll: Rule = {
  id: 'N61',
  name: 'builtInRadioSendsToAll',
  severity: 'warning',
  check: context => onBuiltInRadio(context).flatMap(({accessPoint: {multicast: {toUnicast, rate}}, bridge, path}): Problem[] => [
    ...toUnicast && bridge === undefined ? [{
      path: [...path, 'multicast', 'toUnicast'],
      message: "the board's own radio cannot send multicast to each station by itself: its driver brcmfmac has no such command",
      seen: 'hostapd says "multicast to unicast not supported" and goes on without',
      fix: 'make it the port of a bridge, which can do it for any radio: br0: {bridge: {ports: [wlan0]}, …}',
    }] : [],
    ...rate === undefined ? [] : [{
      path: [...path, 'multicast', 'rate'],
      message: "the board's own radio does not take the rate: its driver brcmfmac hands no basic rates to the firmware, which sends multicast at the lowest",
      fix: 'leave rate out, or put a radio on USB and give its mac, driver or place',
    }],
  ]),
}

export const multicastRateIsInBand: Rule = {
  id: 'N62',
  name: 'multicastRateIsInBand',
  severity: 'error',
  check: context => accessPoints(context).flatMap(({accessPoint: {channel, multicast: {rate}}, path}) =>
    rate !== undefined && is5GHz(channel) && !isIn5GHz(rate) ? [{
      path: [...path, 'multicast', 'rate'],
      message: `${rate} Mbit/s is a rate of the 2.4 GHz band, and channel ${channel} is in the 5 GHz band`,
      seen: 'hostapd ends with "No rates remaining in supported/basic rate sets", or lets nobody in',
      fix: 'choose 6, 12 or 24',
    }] : []),
}
