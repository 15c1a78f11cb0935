"""Addresses of cases below one company."""

from django.urls import path

from anshin.console.cases import views

urlpatterns = [
    path("cases/", views.case_list, name="case_list"),
    path("cases/<uuid:incident_id>/", views.case_room, name="case_room"),
    path("cases/<uuid:incident_id>/steps/<uuid:step_id>/", views.case_step, name="case_step"),
    path("cases/<uuid:incident_id>/notes/", views.case_note, name="case_note"),
    path("cases/<uuid:incident_id>/hand-over/", views.case_hand_over, name="case_hand_over"),
    path("cases/<uuid:incident_id>/take/", views.case_take, name="case_take"),
    path("cases/<uuid:incident_id>/close/", views.case_close, name="case_close"),
    path("cases/<uuid:incident_id>/reopen/", views.case_reopen, name="case_reopen"),
    path("cases/<uuid:incident_id>/verify/", views.case_verify, name="case_verify"),
    path("cases/<uuid:incident_id>/evidence/<uuid:evidence_id>/", views.case_evidence, name="case_evidence"),
    path(
        "cases/<uuid:incident_id>/evidence/<uuid:evidence_id>/export/",
        views.case_evidence_export,
        name="case_evidence_export",
    ),
]
