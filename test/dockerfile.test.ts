import { describe, expect, it } from 'vitest'
import { letIn, stagesOf } from '../tools/image-tree.mjs'
import { filesIn, textOf } from './repository/files.js'

const dockerfile = textOf('Dockerfile')
const stages = stagesOf(dockerfile)
const build = stages[0] ?? []
const image = stages[1] ?? []

function textsOf(stage: readonly { readonly name: string; readonly text: string }[], name: string): string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ text }) => text)
}

describe('the Dockerfile', () => {
  it('builds in one stage and ships another, from a base that can be pinned', () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:\d+-\S+$/m)
    expect(stages.map(([from]) => from?.text)).toEqual(['${NODE_IMAGE} AS build', '${NODE_IMAGE}'])
  })

  it('installs what the lockfile says, without install scripts', () => {
    const installs = textsOf(build, 'RUN')
      .flatMap((text) => text.split(' && '))
      .filter((text) => text.includes('npm '))
    expect(installs.filter((text) => !text.startsWith('npm ci --ignore-scripts'))).toEqual([])
  })

  it('ships the production tree of the relay alone', () => {
    expect(textsOf(build, 'RUN').at(-1)).toBe('npm ci --ignore-scripts --omit=dev --workspace=@switchyard/relay')
    const copied = textsOf(image, 'COPY').map((text) => text.split(' ').at(-1))
    expect(copied).toEqual([
      './',
      './node_modules',
      './engine/',
      './engine/dist',
      './relay/',
      './relay/bin',
      './relay/dist',
    ])
  })

  it('installs nothing in the stage that ships, and takes npm out of it', () => {
    const runs = textsOf(image, 'RUN')
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatch(/^rm -rf .*\/npm /)
  })

  it('runs as a user without rights, by number, so that Kubernetes can tell', () => {
    const names = image.map(({ name }) => name)
    expect(textsOf(image, 'USER')).toEqual(['65532:65532'])
    expect(names.lastIndexOf('RUN')).toBeLessThan(names.indexOf('USER'))
  })

  it('starts node itself, so that signals arrive', () => {
    expect(textsOf(image, 'ENTRYPOINT').map((text) => JSON.parse(text) as unknown)).toEqual([
      ['node', 'relay/bin/switchyard.js'],
    ])
    expect(textsOf(image, 'CMD')).toEqual(['["serve"]'])
  })

  it('asks the relay for its health', () => {
    expect(textsOf(image, 'HEALTHCHECK').join()).toMatch(/ CMD \["node", "relay\/bin\/switchyard\.js", "health"\]$/)
  })

  it('says what it is, in the labels that registries read', () => {
    const names = [
      ...textsOf(image, 'LABEL')
        .join(' ')
        .matchAll(/org\.opencontainers\.image\.(\w+)=/g),
    ]
    expect(names.map(([, name]) => name)).toEqual(['title', 'description', 'licenses', 'version', 'revision'])
  })

  it('says how to run it with nothing to write to and no rights', () => {
    expect(dockerfile).toContain('docker run --read-only --cap-drop ALL')
  })

  it('is told that this is production', () => {
    expect(textsOf(image, 'ENV')).toEqual(['NODE_ENV=production'])
  })
})

describe('what is sent to the image builder', () => {
  const lines = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

  it('is named piece by piece, everything else is left out', () => {
    expect(lines[0]).toBe('*')
  })

  it('contains neither what is installed nor what is built on this machine, nor a test', () => {
    const isLetIn = letIn(textOf('.dockerignore'))
    const paths = [
      'node_modules/a/index.js',
      'relay/dist/main.js',
      'relay/test/http/plane.ts',
      'docs/metrics.md',
      '.git/HEAD',
    ]
    expect(paths.filter(isLetIn)).toEqual([])
  })

  it('contains every workspace, as npm wants to see them all', () => {
    const isLetIn = letIn(textOf('.dockerignore'))
    const { workspaces } = JSON.parse(textOf('package.json')) as { workspaces: string[] }
    const manifests = ['.', ...workspaces].map((folder) => `${folder}/package.json`.replace('./', ''))
    expect(manifests.filter((path) => !isLetIn(path))).toEqual([])
    expect(filesIn('tools').filter((path) => !isLetIn(path))).toEqual([])
  })
})
