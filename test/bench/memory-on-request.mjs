/** Loaded into a process before its program: answers each message of the parent with the memory that is held, rubbish taken out. */
process.on('message', () => {
  globalThis.gc()
  process.send(process.memoryUsage())
})
// The channel alone does not keep the program from ending.
process.channel.unref()
