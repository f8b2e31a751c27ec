// A brmc to be killed: opens the workshop that its argument describes and has something sleep in it.
import {openWorkshop} from '../../src/container/open-workshop.js'
import type {WorkshopRequest} from '../../src/container/workshop.js'
import {request} from './request.js'

const {place, name, image} = JSON.parse(process.argv[2] ?? '') as {place: {inputs: WorkshopRequest['inputs'], scratch: string}, name: string, image: string}
const workshop = await openWorkshop(request(place, process.env, {name, image}), () => undefined)
await workshop.run(['sh', '-c', 'sleep 300 & echo asleep; sleep 300'], {onLine: line => { console.log(line) }})
