/** The site: Markdown of the repository, rendered by Starlight. */
import starlight from '@astrojs/starlight'
import { defineConfig } from 'astro/config'
import starlightLinksValidator from 'starlight-links-validator'
import starlightLlmsTxt from 'starlight-llms-txt'
import starlightTypeDoc, { typeDocSidebarGroup } from 'starlight-typedoc'
import { ENTRY_POINTS, SECTIONS, slugOf } from './site/pages.ts'

const description =
  'Session authentication for Cloudflare Workers, Deno, Node and Bun, in your own database, with web-standard requests.'

export default defineConfig({
  // The address is not ours yet: this domain is reserved for documentation.
  site: 'https://limen.example',
  srcDir: './site',
  outDir: './dist',
  integrations: [
    starlight({
      title: 'Limen',
      description,
      customCss: ['./site/styles/site.css'],
      social: [{ icon: 'github', label: 'GitHub', href: 'https://github.com/limen-auth/limen' }],
      sidebar: [
        ...SECTIONS.map(({ label, pages }) => ({
          label,
          collapsed: ['Errors', 'Events', 'Reasons'].includes(label),
          items: pages.map((path) => slugOf(path)),
        })),
        typeDocSidebarGroup,
      ],
      plugins: [
        starlightTypeDoc({
          entryPoints: ENTRY_POINTS.map((path) => `../packages/${path}`),
          output: 'reference',
          sidebar: { label: 'Reference', collapsed: true },
          tsconfig: './typedoc.tsconfig.json',
          typeDoc: {
            // The packages are type-checked by their own scripts, with TypeScript 7.
            skipErrorChecking: true,
            disableSources: true,
            // One page for each entry point.
            router: 'module',
            entryFileName: 'index',
            logLevel: 'Error',
          },
        }),
        // TypeDoc's own anchors differ from those of Starlight where a page has two of one name.
        starlightLinksValidator({ exclude: ['/reference/**'] }),
        starlightLlmsTxt({ projectName: 'Limen', description }),
      ],
    }),
  ],
})
