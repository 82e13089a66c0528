/** What the server says, by its codes, in French. */
import { type Codes, numberIn, reasonIn } from "../../codes.ts";

export const FR: Codes = {
  server_full: "Toutes les sessions de ce serveur sont utilisées.",
  user_limit: "Vous avez autant de sessions que vous pouvez en avoir.",
  group_limit: "Votre groupe a autant de sessions qu’il peut en avoir.",
  user_rate: "Vous avez ouvert cette heure-ci autant de sessions que vous le pouvez.",
  login_rate: "Trop de connexions ont échoué pour ce compte.",
  ip_rate: "Trop de choses sont venues de cette adresse.",
  audit_unavailable: "De nouvelles sessions ne sont pas possibles en ce moment. Réessayez plus tard.",
  spawn_failed: (message) => `Le programme n’a pas pu démarrer${reasonIn(message) || "."}`,
  not_found: "Cela n’existe pas (ou plus).",
  expired: "Cette session a expiré.",
  forbidden: "Vous n’avez pas le droit de faire cela.",
  unauthenticated: "Connectez-vous.",
  auth_ended: "Votre connexion est terminée. Connectez-vous de nouveau.",
  auth_unavailable: "Il n’est pas possible de se connecter en ce moment. Réessayez dans un instant.",
  protocol: (message) => `Le serveur n’a pas compris${reasonIn(message) || "."}`,
  stalled: "La connexion n’a pris aucune sortie pendant trop longtemps.",
  replaced: "Une connexion plus récente de cette page est là.",
  going_away: "Le serveur s’arrête. Revenez dans un instant.",

  idle: (message) => `Cette session se termine dans ${numberIn(message)} s parce que personne n’écrit.`,
  lifetime: (message) => `Cette session se termine dans ${numberIn(message)} s parce que sa durée la plus longue est atteinte.`,

  files_off: "On ne peut pas échanger de fichiers avec cette session.",
  file_not_found: "Ce fichier n’existe pas.",
  file_forbidden: "Le compte de cette session n’a pas le droit de faire cela avec ce fichier ou ce dossier.",
  not_a_file: "Seuls les fichiers ordinaires peuvent être transférés.",
  bad_name: "Un fichier ne peut pas avoir ce nom.",
  file_exists: "Il y a déjà trop de fichiers de ce nom.",
  file_changed: "Le fichier a changé entre-temps.",
  not_offered: "Ce n’est pas le fichier qui a été proposé.",
  wrong_offset: "Le fichier se termine à un autre endroit que ce qui était dit.",
  file_too_large: "Le fichier est plus grand que ce que ce serveur transfère.",
  no_space: "Il n’y a pas de place pour cela.",
  file_trouble: "Le fichier n’a pas pu être lu ou écrit.",
  transfer_gone: "Ce transfert est terminé.",

  too_large: "Cette demande est trop grande.",
  internal: "Quelque chose a mal tourné sur le serveur.",
};
