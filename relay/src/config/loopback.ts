import { isIPv4 } from 'node:net'

/** @returns whether only this machine can reach a host: `localhost`, `127.0.0.0/8`, `::1` */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  return name === 'localhost' || (isIPv4(name) && name.startsWith('127.')) || /^(0*:)+0*1$/.test(name)
}
