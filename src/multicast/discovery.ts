/** Interfaces whose devices find one another: mDNS is reflected among them, SSDP routed. */
export interface Discovery {
  mdns: readonly string[]
  ssdp: readonly string[]
}
