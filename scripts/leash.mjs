// Loaded into the demo's app before anything else: when the demo is gone, however it went, so is the app.
process.on('disconnect', () => process.exit(0))
