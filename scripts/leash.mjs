// Loaded into the app before anything else by who starts it for a while: when that is gone, however it
// went, so is the app.
process.on('disconnect', () => process.exit(0))
