// The node-* packages write "os" and "cpu" as strings; pnpm skips packages of other platforms only for arrays.
const list = (value) => (typeof value === 'string' ? [value] : value)

module.exports = {
  hooks: {
    readPackage(manifest) {
      if (manifest.name?.startsWith('node-')) {
        manifest.os = list(manifest.os)
        manifest.cpu = list(manifest.cpu)
      }
      // pnpm installs missing peers. The frameworks of our packages are installed in examples/ only.
      if (manifest.name?.startsWith('@limen/')) {
        for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
          if (!manifest.devDependencies?.[peer]) delete manifest.peerDependencies[peer]
        }
      }
      return manifest
    },
  },
}
