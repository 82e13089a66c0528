/** Files that come and go, in French. */
import type { FILES as ENGLISH } from "../en/files.ts";
import type { Widened } from "../languages.ts";
import { unitsOf } from "../units.ts";

const { bytes } = unitsOf("fr");

export const FILES: Widened<typeof ENGLISH> = {
  files: {
    choose: "Envoyer des fichiers",
    offerTitle: "Un programme propose un fichier",
    download: "Télécharger",
    dropTitle: (count, size) =>
      `Envoyer ${count === 1 ? "ce fichier" : `${count} fichiers`} (${bytes(size)}) là où se trouve le shell ?`,
    more: (count) => `et ${count} de plus`,
    upload: "Envoyer",
    downloading: (name) => `Téléchargement de ${name}`,
    uploading: (name) => `Envoi de ${name}`,
    downloadDone: (name) => `${name} est téléchargé`,
    uploadDone: (name) => `${name} est envoyé`,
    size: (size) => bytes(size),
    of: (done, size) => `${bytes(done)} sur ${bytes(size)}`,
    waiting: "La connexion est perdue ; cela reprendra.",
    standing: "Le navigateur ne télécharge pas en ce moment. Sa liste de téléchargements permet de reprendre.",
    gone: "Ce transfert est terminé.",
    downloaded: "Complet.",
    uploaded: (path) => `Se trouve maintenant à ${path}`,
    failed: (words) => `Cela n’a pas marché. ${words}`,
    off: "On ne peut pas déposer de fichiers sur ce terminal.",
  },
};
