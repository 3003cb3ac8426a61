/** CloudBees' signature over configurations: RSA with PKCS #1 v1.5 padding and SHA-256. */
import { createPublicKey, verify } from 'node:crypto'

/**
 * CloudBees' public key. The vendor's SDKs carry it in a certificate of its own that expired in August 2024, and do not look
 * at the date; here it stands alone.
 */
const publicKey = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6vBjERS8mkFQxHXB5WJu
zZxqwKoSz9hP9u1ttck0Hop+6/BTk/+4ydDy6XBi8P98w0+cMyCdzrRcuB1q3toZ
+8JrfmyPm20v/ZCq5qpKYwI9fj8JweJYRGndu5aJTArs+abq6ottPZO6udSDHX6t
Pzrez/wZqfiwTbNheIzLD2MWVFGJFUwJj6oJ8MblqCWWp/zhjY7Y/ThoPHjnDn3M
sQuBg0f2GopfpIbeCPxx3rEl1bpKl57bG3YJ1yhZF+vNk7hT3N6XfJcvujejklqW
zVfFJhFWcoJ8Vk978QU9k1rxXsW1udijhWPdcCJI7fiDxDDyQTzw4jfSdp7rbb3z
KQIDAQAB
-----END PUBLIC KEY-----`)

/**
 * Whether CloudBees has signed a configuration.
 *
 * @param data      the envelope's `data`, to the letter: the signature is over its UTF-8 bytes
 * @param signature the envelope's `signature_v0`: Base64 of 256 bytes
 */
export function isSignedByCloudBees(data: string, signature: string): boolean {
  return verify('sha256', Buffer.from(data, 'utf8'), publicKey, Buffer.from(signature, 'base64'))
}
