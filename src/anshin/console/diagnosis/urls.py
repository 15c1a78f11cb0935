"""Addresses of the diagnosis below one company."""

from django.urls import path

from anshin.console.diagnosis.views import outside, questions, report

urlpatterns = [
    path("diagnosis/", report.diagnosis, name="diagnosis"),
    path("diagnosis/recalculate/", report.recalculate, name="diagnosis_recalculate"),
    path("diagnosis/outside/", outside.outside, name="diagnosis_outside"),
    path("diagnosis/questions/", questions.overview, name="diagnosis_questions"),
    path("diagnosis/questions/finish/", questions.finish, name="diagnosis_finish"),
    path("diagnosis/questions/<slug:question_id>/", questions.question, name="diagnosis_question"),
    path("diagnosis/results/<uuid:diagnosis_id>/", report.result, name="diagnosis_result"),
    path("diagnosis/results/<uuid:diagnosis_id>/wait/", report.wait, name="diagnosis_wait"),
    path("diagnosis/results/<uuid:diagnosis_id>/customer/", report.customer, name="diagnosis_customer"),
    path("diagnosis/results/<uuid:diagnosis_id>/paper/", report.paper, name="diagnosis_paper"),
    path("diagnosis/results/<uuid:diagnosis_id>/table/", report.table, name="diagnosis_table"),
    path("diagnosis/results/<uuid:diagnosis_id>/try/", report.try_out, name="diagnosis_try"),
    path("diagnosis/trials/<uuid:trial_id>/", report.trial, name="diagnosis_trial"),
]
