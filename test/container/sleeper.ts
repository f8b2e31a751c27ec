// A brmc to be killed: opens the workshop that its argument describes and has something sleep in it.
import {openWorkshop} from '../../src/container/open-workshop.js'
import type {WorkshopRequest} from '../../src/container/workshop.js'
import {dockerCaller} from '../lab/dockerd.js'
import {podmanCaller} from '../lab/podman.js'
import {request} from './request.js'

interface Asked {
  place: {inputs: WorkshopRequest['inputs'], scratch: string}
  name: string
  image: string
  /** Of podman; docker where there is none. */
  folder?: string
}

const {place, name, image, folder} = JSON.parse(process.argv[2] ?? '') as Asked
const workshop = await openWorkshop(request(place, folder === undefined ? dockerCaller(process.env) : podmanCaller(folder), {name, image}), () => undefined)
await workshop.run(['sh', '-c', 'sleep 300 & echo asleep; sleep 300'], {onLine: line => { console.log(line) }})
