/** Hashes of one password, each made by the library that it names. */

/** NFKC changes two of its letters. */
export const PASSWORD = 'pässwörd ﬁ Å'

export const HASHES: readonly (readonly [by: string, hash: string])[] = [
  [
    'lucia-auth 0.1',
    'FX8HUu4uBEOTn20p:cbde445a24582bbefd4dc66affc1b450c119616c8620f21e4bf30be160cc73dd560e0c6eccdc0a63ca4531cf05180287015f635b11000e28f50b7e05c9626afb',
  ],
  [
    'lucia-auth 1.8',
    's2:w6shuop9ZJaQCoUK:f1cb8a1b5c3e3349d23f2f3c9aadbb2d34e468834192f2b14d2e33136ab4c8a8d08202185367b12c9600fe23812a67d7d2ffb6fad0b9a55785adfc1e8315ae9d',
  ],
  [
    'Lucia 2',
    's2:wpqpmogbshwpzf94:9e17493d04b3e9ec3567d3ba27fe4d6bcf7103bc3ba50a34128bfe251a17aa98e941b132425a9befefd99c4b54c6192d10f69ad23324e60e9ab918daed6e30cf',
  ],
  [
    'LegacyScrypt of Lucia 3',
    's2:a8b167d2e93395f3d12eab22012e558d:df6350054e63a1c84db3bd3984630f5be1de918b2de4a39d06e299b3c3e10baf6232c66546431fe43f8a7759fad63b970384d1baebcbe37f75aefd94e3fa75b5',
  ],
  [
    'Scrypt of Lucia 3',
    '339a7a36b965859968af2196d66a3fa1:2cbe7bc12a9e8029e281660410e1f02fc9d21ca39e0532bcfd8f089352b02dd104d6a54f590985f613a0bcbb3478ba0b96b97a4e71e512c3c9dc56afc5382c8a',
  ],
  [
    'Scrypt of Oslo',
    '240a0149c5b5b07f5a3c4fbf61f8a355:83824adf59abf30f3aef2448c618996b064f8ecbaa90b7e051ef52e4f753c6a8340a8493572781c2dab2c2251828d1114268726e1d1545ebf01e31980dec0c8f',
  ],
  [
    'lucia-auth 0.1, of a password in NFKC',
    'o8kWXYrDlggR6rMq:549788cdb4175e0404ca12ff150312cf321fe22109117a1d3f357996784f8c46c105750818ca65bad77ed09e31c26d2f128ce322fa74263ccff0c5085d8574f7',
  ],
]
