/**
 * What the kernel calls a card by itself, with no udev to call it otherwise: eth%d, wlan%d (net/core/dev.c, net/wireless), usb%d and wwan%d
 * (drivers/net/usb/usbnet.c). Bridges, VLANs and tunnels have any name, and somebody has to make them.
 */
export const isCardName = (name: string): boolean => /^(eth|wlan|usb|wwan)(0|[1-9]\d{0,2})$/.test(name)
