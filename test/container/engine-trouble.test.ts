import {expect} from 'chai'

import {engineTrouble} from '../../src/container/engine-trouble.js'
import type {ErrorCode} from '../../src/errors.js'

/** What docker 28.2 (and where marked 20.10, or podman 4.3) said when it was brought into the case. */
const RECORDED: readonly [string, string, ErrorCode, RegExp][] = [
  ['no daemon at the socket', 'Cannot connect to the Docker daemon at unix:///tmp/nosuch.sock. Is the docker daemon running?\n', 'ENGINE_UNAVAILABLE', /daemon does not answer/],
  ['no daemon at the port', 'Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?\n', 'ENGINE_UNAVAILABLE', /daemon does not answer/],
  [
    'no such machine', 'error during connect: Get "http://no-such-host.invalid:2375/v1.50/info": dial tcp: lookup no-such-host.invalid on 192.0.2.53:53: no such host\n',
    'ENGINE_UNAVAILABLE', /DOCKER_HOST or the docker context names/,
  ],
  [
    'a machine that refuses ssh',
    'error during connect: Get "http://docker.example.com/v1.50/info": command [ssh -o ConnectTimeout=30 -T -l nobody -p 1 -- 127.0.0.1 docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=ssh: connect to host 127.0.0.1 port 1: Connection refused\n',
    'ENGINE_UNAVAILABLE', /DOCKER_HOST or the docker context names/,
  ],
  [
    'a context that is not there',
    'Failed to initialize: unable to resolve docker endpoint: context "absent": context not found: open /root/.docker/contexts/meta/5ad38304/meta.json: no such file or directory\n',
    'ENGINE_UNAVAILABLE', /context.*does not exist/,
  ],
  [
    'a user outside the group',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info": dial unix /var/run/docker.sock: connect: permission denied\n',
    'ENGINE_UNAVAILABLE', /group docker/,
  ],
  [
    'a folder the engine does not see',
    'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /nosuch\n\nRun \'docker run --help\' for more information\n',
    'ENGINE_UNAVAILABLE', /does not see a folder/,
  ],
  [
    'a network the engine has not', "docker: Error response from daemon: network nosuchnet not found\n\nRun 'docker run --help' for more information\n",
    'ENGINE_UNAVAILABLE', /network that downloads/,
  ],
  ['a full disk', 'write /var/lib/docker/tmp/docker-builder1/x: no space left on device\n', 'DISK_FULL', /disk on which the engine keeps/],
  ['what is not known', "docker: Error response from daemon: No such image: nosuch:image\n\nRun 'docker run --help' for more information\n", 'TOOL_FAILED', /docker run failed with status 125/],
]

describe('what an engine says', () => {
  for (const [title, stderr, code, message] of RECORDED) {
    it(`is put in words: ${title}`, () => {
      const error = engineTrouble('docker', {stdout: '', stderr, exitCode: 125}, {what: 'docker run'})
      expect(error.code).to.equal(code)
      expect(error.message).to.match(message)
      expect(error.details, 'its own words are kept').to.deep.equal([stderr.split('\n')[0]])
      if (code !== 'TOOL_FAILED') expect(error.suggestions).not.to.be.empty
    })
  }
})
