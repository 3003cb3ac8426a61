/** Who may ask, by the address that a request comes from: directly, or through proxies that are trusted to tell it. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, SocketAddress, type Socket } from 'node:net'
import type { AddressOptions } from './address-options.js'

export interface AddressFilter {
  allows(request: IncomingMessage): boolean
}

/** Nobody stands behind more proxies; a longer list is not read to its end. */
const maxHops = 32

/** @returns null where everybody may ask */
export function createAddressFilter({ allowedAddresses, trustedProxies }: AddressOptions): AddressFilter | null {
  if (allowedAddresses.length === 0) return null
  const [allowed, trusted] = [listOf(allowedAddresses), listOf(trustedProxies)]
  /** Who is no proxy has the same address for as long as the connection lives. */
  const direct = new WeakMap<Socket, boolean>()
  return {
    allows({ socket, headers }) {
      const known = direct.get(socket)
      if (known !== undefined) return known
      const peer = addressOf(socket.remoteAddress ?? '')
      if (peer !== null && contains(trusted, peer)) {
        const client = clientBehind(peer, [headers['x-forwarded-for'] ?? ''].flat().join(','), trusted)
        return client !== null && contains(allowed, client)
      }
      const isAllowed = peer !== null && contains(allowed, peer)
      direct.set(socket, isAllowed)
      return isAllowed
    },
  }
}

/**
 * The same, of settings that may change.
 *
 * @param current another object whenever one of them has changed
 */
export function createLiveFilter(current: () => AddressOptions): AddressFilter {
  let settings = current()
  let filter = createAddressFilter(settings)
  return {
    allows(request) {
      if (settings !== current()) {
        settings = current()
        filter = createAddressFilter(settings)
      }
      return filter === null || filter.allows(request)
    },
  }
}

/**
 * Goes back along the proxies, from the one that is connected, for as long as they are trusted. Whatever stands further to the left may
 * have been written by anybody.
 *
 * @param forwarded `X-Forwarded-For`
 * @returns null where a trusted proxy names something that is no address
 */
function clientBehind(peer: Address, forwarded: string, trusted: AddressList): Address | null {
  let client = peer
  let end = forwarded.length
  for (let hops = 0; end > 0 && contains(trusted, client); hops += 1) {
    if (hops === maxHops) return null
    const comma = forwarded.lastIndexOf(',', end - 1)
    const named = forwarded.slice(comma + 1, end).trim()
    // Some proxies tell the port as well.
    const next = addressOf(named) ?? addressOf(withoutPort(named))
    if (next === null) return null
    client = next
    end = comma
  }
  return client
}

interface Address {
  readonly text: string
  readonly family: 'ipv4' | 'ipv6'
}

/** IPv4 in the clothes of IPv6 is IPv4; null for what is no address. */
function addressOf(text: string): Address | null {
  const plain = text.replace(/%.*$/, '')
  const version = isIP(plain)
  if (version === 4) return { text: plain, family: 'ipv4' }
  if (version === 0) return null
  const { address } = new SocketAddress({ address: plain, family: 'ipv6' })
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? []
  return mapped === undefined ? { text: address, family: 'ipv6' } : { text: mapped, family: 'ipv4' }
}

/** Of `192.0.2.1:443` and `[2001:db8::1]:443`, or of an address in brackets alone. */
function withoutPort(text: string): string {
  const [, bracketed, plain] = /^(?:\[([0-9A-Fa-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? []
  return bracketed ?? plain ?? ''
}

/** Of each family its own: Node would compare IPv4 with ranges of IPv6 as well. */
interface AddressList {
  readonly ipv4: BlockList
  readonly ipv6: BlockList
}

function contains(list: AddressList, { text, family }: Address): boolean {
  return list[family].check(text, family)
}

/** @param ranges checked before */
function listOf(ranges: readonly string[]): AddressList {
  const list = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    const address = addressOf(network)
    if (address === null) throw new TypeError(`${range} is no address`)
    const bits = address.family === 'ipv4' ? 32 : 128
    list[address.family].addSubnet(address.text, prefix === undefined ? bits : Number(prefix), address.family)
  }
  return list
}
