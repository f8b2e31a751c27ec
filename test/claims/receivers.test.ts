import {expect} from 'chai'

import {run} from '../../src/process/run.js'

/** Joins groups in one socket until the kernel refuses: how many, and with which errno. */
const JOIN = `import socket,struct,sys
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)
for n in range(1,100):
    try: s.setsockopt(0,socket.IP_ADD_MEMBERSHIP,socket.inet_aton('225.0.0.%d'%n)+socket.inet_aton('127.0.0.1'))
    except OSError as e: print(n-1,e.errno); sys.exit()
print(n,0)`
const ENOBUFS = 105

describe('receivers', () => {
  for (const {limit, answer} of [{limit: 20, answer: `20 ${ENOBUFS}`}, {limit: 99, answer: '99 0'}]) {
    it(`M32: one socket of a receiver joins as many groups as its own net.ipv4.igmp_max_memberships says: ${limit}`, async () => {
      const {stdout} = await run('unshare', ['--net', 'sh', '-ec', 'ip link set lo up; echo "$1" >/proc/sys/net/ipv4/igmp_max_memberships; /usr/bin/python3 -c "$2"', 'sh', String(limit), JOIN])
      expect(stdout.trim()).to.equal(answer)
    })
  }
})
